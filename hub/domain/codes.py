"""The words that events are written in. Like their names and fields, forever."""

from enum import StrEnum


class Evidence(StrEnum):
    """What a "taken" rests on. Never "swallowed" (H16)."""

    REMOVED = "removed"  # lid and scale
    SELF = "self"  # the citizen's word
    STAFF = "staff"  # a named person's word


class Device(StrEnum):
    """A part of the box that can be lost, or do wrong, while the rest goes on."""

    LIDS = "lids"
    LOCKS = "locks"
    LAMPS = "lamps"
    SCALE = "scale"
    SCANNER = "scanner"
    SOUNDER = "sounder"
    POWER = "power"
    RTC = "rtc"
    TEMPERATURE = "temperature"


class AlarmCode(StrEnum):
    NOT_TAKEN = "not_taken"
    PARTLY_TAKEN = "partly_taken"
    DECLINED = "declined"
    TAKEN_ELSEWHERE = "taken_elsewhere"
    NOT_KNOWN = "not_known"
    UNCERTAIN = "uncertain"
    WITHHELD = "withheld"
    WITHDRAWN = "withdrawn"
    OPENING_FAULT = "opening_fault"
    LID_LEFT_OPEN = "lid_left_open"
    TAMPER = "tamper"
    CANNOT_SERVE = "cannot_serve"
    NOT_UNDERSTOOD = "not_understood"
    PLAN_REFUSED = "plan_refused"
    PLAN_OLD = "plan_old"
    CLOCK = "clock"
    MAINS_LOST = "mains_lost"
    BATTERY_LOW = "battery_low"
    HELP = "help"
    PARKED = "parked"
    JOURNAL = "journal"
    NOT_GIVEN = "not_given"
    STOPPED = "stopped"
    DEVICE = "device"
    NOT_COMMISSIONED = "not_commissioned"
