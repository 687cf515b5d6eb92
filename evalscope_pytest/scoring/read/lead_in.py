"""Words before a name that say what it is without being part of it: ``it was``, ``the musical``, ``called``.

The list is closed, since words before a name make another one of it: New Mexico, Northern Ireland, before 1945.
"""

from __future__ import annotations

import re

_WORKS = """musical film movie show song album single opera ballet play novel book poem painting sculpture series sitcom
    programme program soap game videogame magazine newspaper comic cartoon documentary drama comedy tune hymn symphony
    concerto ballad story tale fable myth legend trilogy saga franchise track aria operetta"""
_GROUPS = """band group duo trio quartet team club company firm brand party tribe organisation organization corporation
    airline manufacturer label orchestra choir gang family dynasty sect movement union agency university college
    school"""
_PLACES = """city town village country nation state province county island islands archipelago river lake mountain
    mountains sea ocean region district capital planet moon star constellation galaxy desert street road square bridge
    building tower castle palace church cathedral temple museum theatre theater stadium airport station park forest
    valley peninsula gulf bay strait volcano waterfall port suburb borough kingdom empire republic continent
    territory"""
_PEOPLE = """actor actress singer author writer poet novelist playwright composer musician painter artist sculptor
    architect director producer politician footballer golfer boxer cricketer athlete swimmer jockey driver scientist
    physicist chemist mathematician philosopher explorer inventor engineer astronaut comedian dancer model presenter
    journalist historian president king queen emperor pope
    general captain character detective spy hero heroine villain god goddess saint man woman boy girl person"""
_THINGS = """word words term name title phrase expression letter number figure year month day date colour color animal
    bird fish dog horse cat insect plant flower tree fruit vegetable nut grain cheese drink cocktail wine beer spirit
    dish food element metal gas gem gemstone stone mineral rock sport instrument dance language religion currency unit
    disease bone muscle organ gland vitamin drug chemical ship submarine aircraft plane car train spacecraft weapon
    battle war treaty law award prize ceremony festival event answer"""
KINDS = "|".join(sorted({word for kind in (_WORKS, _GROUPS, _PLACES, _PEOPLE, _THINGS) for word in kind.split()}))
_QUALITIES = (
    r"(?:(?:american|british|english|french|german|italian|spanish|irish|scottish|welsh|russian|famous|famed|popular"
    r"|classic|legendary|well-known|broadway|west end|tv|television|rock|pop|punk|correct|right|final|full|real"
    r"|original|first|last|chemical|[0-9]{4}) ){0,3}"
)
_VERBS = r"(?:is|was|are|were|would be|must be|must have been|has to be|should be)"
# A kind is written small: "the band Queen", but the Band Perry, and River Phoenix.
_KIND = rf"(?i:{_QUALITIES})(?:{KINDS})"
_STEP = re.compile(
    r"(?:"
    rf"(?i:(?:it|this|that|they|he|she|these|those|there|the answer|my (?:final )?(?:answer|guess)) {_VERBS}"
    r"|it's(?! an? [A-Z])|that's|he's|she's|they're)"
    r"|(?i:i(?:'d| would) (?:say|guess|go with|answer)"
    r"|i (?:think|believe|guess|say|am (?:sure|confident|certain))(?: that)?"
    r"|(?:the )?answer:|(?:so|thus|hence|therefore),)"
    r"|(?i:probably|most likely|likely|presumably|definitely|certainly|possibly|perhaps|maybe)"
    r"|(?i:called|named|titled|entitled|known as|(?:better|best|also|commonly) known as)"
    rf"|(?:[Tt]he|[Ii]ts|[Hh]is|[Hh]er|[Tt]heir) {_KIND}(?: (?:of|in) [\w' -]{{1,40}}?)? {_VERBS}"
    rf"|[Tt]he {_KIND}(?: (?:of|called|named|titled|known as))?"
    rf"|[Aa]n? {_KIND} (?:called|named|titled|entitled|known as)"
    r"|(?:in|on|at|the)|In(?= (?:the )?(?:\d|year))"
    # A title before a whole name; before half of one it may tell another person: Dr. Johnson.
    r"|(?:Dr|Mr|Mrs|Ms|Prof|Professor|Sir|Dame)\.?(?= [A-Z][\w.'-]{0,20} (?:[\w.'-]{1,20} ){0,2}[A-Z])"
    r")[\s:,\"'`*_]{1,6}"
)
_STEPS = 6


def without_lead_in(text: str) -> tuple[str, ...]:
    """Return ``text`` without its first lead-in, without its first two, and so on; itself first."""
    found = [text]
    position = 0
    for _ in range(_STEPS):
        step = _STEP.match(text, position)
        if step is None or step.end() == len(text):
            break
        position = step.end()
        found.append(text[position:])
    return tuple(found)
