class Screening(:
