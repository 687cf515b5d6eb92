"""The subjects of MMMU and MMMU-Pro."""

_NAMES = """Accounting Agriculture Architecture_and_Engineering Art Art_Theory Basic_Medical_Science Biology Chemistry
    Clinical_Medicine Computer_Science Design Diagnostics_and_Laboratory_Medicine Economics Electronics Energy_and_Power
    Finance Geography History Literature Manage Marketing Materials Math Mechanical_Engineering Music Pharmacy Physics
    Psychology Public_Health Sociology"""
SUBJECTS = _NAMES.split()
