"""Names of the languages that WMT24++ translates into, by language and country."""

_NAMES = """ar_eg Arabic (Egypt); ar_sa Arabic (Saudi Arabia); bg_bg Bulgarian; bn_in Bengali; ca_es Catalan;
    cs_cz Czech; da_dk Danish; de_de German; el_gr Greek; es_mx Spanish (Mexico); et_ee Estonian; fa_ir Persian;
    fi_fi Finnish; fil_ph Filipino; fr_ca French (Canada); fr_fr French; gu_in Gujarati; he_il Hebrew; hi_in Hindi;
    hr_hr Croatian; hu_hu Hungarian; id_id Indonesian; is_is Icelandic; it_it Italian; ja_jp Japanese; kn_in Kannada;
    ko_kr Korean; lt_lt Lithuanian; lv_lv Latvian; ml_in Malayalam; mr_in Marathi; nl_nl Dutch; no_no Norwegian;
    pa_in Punjabi; pl_pl Polish; pt_br Portuguese (Brazil); pt_pt Portuguese (Portugal); ro_ro Romanian;
    ru_ru Russian; sk_sk Slovak; sl_si Slovenian; sr_rs Serbian; sv_se Swedish; sw_ke Swahili (Kenya);
    sw_tz Swahili (Tanzania); ta_in Tamil; te_in Telugu; th_th Thai; tr_tr Turkish; uk_ua Ukrainian; ur_pk Urdu;
    vi_vn Vietnamese; zh_cn Chinese (simplified characters); zh_tw Chinese (traditional characters); zu_za Zulu"""
LANGUAGES = dict(entry.split(maxsplit=1) for entry in _NAMES.split(";"))
