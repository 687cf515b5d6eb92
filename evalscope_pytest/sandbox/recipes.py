"""Packages of the bundled benchmarks' environments: the versions that their authors ran their tests with.

Sources: BigCodeBench's ``requirements-eval.txt`` (158327f), DS-1000's ``environment.yml``, SciCode's dependencies with
the SciPy that still has ``integrate.simps``. A package without wheels for a Python: the next that has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Recipe:
    """The packages of an environment.

    Attributes:
        requirements: As pip takes them.
        parts: Larger packages that only some questions need, installed on request (``--with``).
        modules: Names that must import once it is made; those of a part follow its name.
        python: First and last minor version of Python 3 that the requirements exist for.
        authors: The version of Python that the authors used.
    """

    requirements: tuple[str, ...]
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    modules: tuple[str, ...] = ()
    python: tuple[int, int] = (10, 13)
    authors: str = ""


def _since_3_11(old: str, new: str) -> tuple[str, str]:
    return f'{old}; python_version < "3.11"', f'{new}; python_version >= "3.11"'


_BIG_CODE_BENCH = """
beautifulsoup4==4.8.2 blake3==0.4.1 chardet==5.2.0 cryptography==38.0.0 datetime==5.5 Django==4.2.7 dnspython==2.6.1
docxtpl==0.11.5 Faker==20.1.0 flask==3.0.3 flask_login==0.6.3 Flask-Mail==0.9.1 flask_restful==0.3.10 flask_wtf==1.2.1
folium==0.16.0 gensim==4.3.2 geopandas==0.13.2 geopy==2.4.1 holidays==0.29 Levenshtein==0.25.0 librosa==0.10.1
mechanize==0.4.9 natsort==7.1.1 nltk==3.8 opencv-python-headless==4.9.0.80 openpyxl==3.1.2 pandas==2.0.3 Pillow==10.3.0
prettytable==3.10.0 psutil==5.9.5 pycryptodome==3.14.1 pyfakefs==5.4.1 pyquery==1.4.3 pytesseract==0.3.10 pytest==8.2.0
python-dateutil==2.9.0 python-docx==1.1.0 python_http_client==3.3.7 pytz==2023.3.post1 PyYAML==6.0.1 requests==2.31.0
requests_mock==1.11.0 rsa==4.9 scikit-learn==1.3.1 seaborn==0.13.2 selenium==4.15.0 sendgrid==6.11.0 shapely==2.0.4
soundfile==0.12.1 statsmodels==0.14.0 sympy==1.12 textblob==0.18.0 texttable==1.7.0 Werkzeug==3.0.1 wikipedia==1.4.0
wordcloud==1.9.3 wordninja==2.0.0 WTForms==3.1.2 xlrd==2.0.1 xlwt==1.3.0 xmltodict==0.13.0
"""

RECIPES: Mapping[str, Recipe] = {
    "bigcodebench": Recipe(
        (
            *_BIG_CODE_BENCH.split(),
            *_since_3_11("lxml==4.9.3", "lxml>=4.9.3"),
            *_since_3_11("matplotlib==3.7.0", "matplotlib==3.7.5"),
            *_since_3_11("networkx==2.6.3", "networkx==2.8.8"),
            *_since_3_11("numba==0.55.0", "numba==0.59.1"),
            *_since_3_11("numpy==1.21.2", "numpy==1.26.4"),
            *_since_3_11("scikit-image==0.19.0", "scikit-image==0.22.0"),
            *_since_3_11("scipy==1.7.2", "scipy==1.11.4"),
        ),
        parts={"tensorflow": _since_3_11("tensorflow==2.11.1", "tensorflow-cpu==2.15.1")},
        modules=("numpy", "pandas", "scipy", "sklearn", "matplotlib", "seaborn"),
        python=(10, 11),
        authors="3.10",
    ),
    "ds1000": Recipe(
        (
            "numpy==1.26.4",
            "pandas==1.5.3",
            "scipy==1.12.0",
            "scikit-learn==1.4.0",
            "matplotlib==3.8.4",
            "seaborn==0.13.2",
            "statsmodels==0.14.1",
            "xgboost==2.0.3",
            "gensim==4.3.2",
            "pyyaml",
        ),
        parts={"torch": ("torch==2.2.0",), "tensorflow": ("tensorflow-cpu==2.16.1",)},
        modules=("numpy", "pandas", "scipy", "sklearn", "matplotlib"),
        python=(10, 11),
        authors="3.10",
    ),
    "scicode": Recipe(
        ("numpy<2", "scipy<1.14", "sympy", "h5py"), modules=("numpy", "scipy", "sympy", "h5py"), python=(10, 12)
    ),
}
