"""What `medhub staff` says of each reason why the hub did not do something, and what to do about it."""

from hub.carrier import Network
from hub.domain.refusal import Reason
from hub.filling_evidence import Unclear

NETWORK: dict[str, str] = {  # only where something is wrong
    Network.DOWN: "the municipality does not answer; nothing gets out or in.",
    Network.SILENT: "nobody carries for the hub; `journalctl -u medhub-sync` says why.",
}
SENTENCES: dict[str, str] = {
    Reason.NO_SUCH: "There is no such intake, compartment, alarm or filling here; `medhub staff status` lists them.",
    Reason.NOT_NOW: "The intake is in a state where this cannot be done; see `medhub staff status`.",
    Reason.TOO_EARLY: "Its time has not come; a named person may hand it out early: `medhub staff early`.",
    Reason.TOO_LATE: "Its time is over; a named person may let it be taken later: `medhub staff resolve … due`.",
    Reason.INTERVAL: "It is too close to another intake of the same substance; wait, or ask the prescriber.",
    Reason.CLOCK: "The hub's clock is not trusted; nothing opens until it is set: `medhub staff set-time`.",
    Reason.LID_OPEN: "A lid is open; shut all lids first.",
    Reason.ANOTHER_OPENING: "Another opening is under way, or a filling; wait until its lid is shut and it is done.",
    Reason.LOCK_NOT_OFF: "A lock is on by itself, or cannot be seen; call the technician. `medhub devices` says which.",
    Reason.LIDS_UNSEEN: "The lids cannot be seen; call the technician. `medhub devices` says what is wrong.",
    Reason.SCALE_MISSING: "The scale does not answer; call the technician.",
    Reason.WEIGHT_UNSTABLE: "The scale is not at rest; leave the box alone for some seconds.",
    Reason.NOTHING_BOXED: "Nothing of this intake lies in a compartment; it is only reminded.",
    Reason.NOT_FILLED: "No compartment is filled with this intake.",
    Reason.FILL_DOUBTED: "The compartment's contents are not vouched for; look, and vouch for them (`medhub staff "
    "verify`), or empty it and fill it anew.",
    Reason.CONTENTS_CHANGED: "The plan has changed since the compartment was filled; empty it and fill it anew.",
    Reason.HANDED_OUT: "It was handed out already.",
    Reason.JOURNAL: "The journal is not whole; nothing opens until a named person confirms what was taken.",
    Reason.OCCUPIED: "The compartment is not known to be empty, or another one has this intake; empty it first: "
    "`medhub staff empty`.",
    Reason.LATEST_WRONG: "That time does not do. A latest or give-by time lies ahead, within 12 hours; a leave begins "
    "within a year, and ends: an outing within 24 hours, a weekend within 7 days.",
    Reason.ALREADY: "It was done already.",
    Reason.STOPPED: "One of its medicines was stopped urgently; nothing with it opens until a new plan comes.",
    Reason.ON_LEAVE: "The citizen is on leave; when they are home again: `medhub staff end-leave`.",
    Reason.PROMISED: "Somebody has promised to give it; they hand it back first: `medhub staff hand-back`.",
    Reason.MOST_TAKEN: "The most of it in a day is taken; ask the prescriber.",
    Reason.STAFF_ONLY: "This takes more: a weekend needs somebody responsible, the end of a hospital stay "
    "a named person.",
    Reason.NOT_COMMISSIONED: "Its locks have not been walked through since its board is this one; nothing opens and "
    "nothing is filled: the technician empties the box, stops the hub and runs `medhub commission`.",
    Reason.NOT_COUNTED: "Not all of it was counted, or another plan has come meanwhile; empty it and begin anew.",
    Reason.WRONG_PACKAGE: "This package has been filled as another medicine. Put it away and scan the right one; if it "
    "is right all the same, a second person looks.",
    Reason.WEIGHT_DIFFERS: "It does not weigh what so many of these have weighed before. Count again; if it is right "
    "all the same, a second person looks.",
    Reason.SECOND_PERSON: "The box has not scanned and weighed all of it, so a second person looks: --second PERSON.",
    Unclear.TWO_PACKAGES: "Two packages were scanned. Scan the one that the tablets come from, and no other.",
    Unclear.CODE_NOT_READ: "The code could not be read, or is no package's. Scan it again, or go on without a scan.",
    "person": "The hub knows no such person with this PIN.",
    "pin_rest": "Too many wrong PINs for this person; wait a minute.",
    "same_person": "It takes two different persons.",
    "time_before_mark": "The hub is certain that this time has been. Look at the date; if it is right, two persons set "
    "that certainty aside first: `medhub staff lower-mark`.",
    "time_far_ahead": "This is more than a week past the last time the hub was certain of. Look at the date; if it is "
    "right, two persons set that certainty aside first: `medhub staff lower-mark`.",
    "mark_unreadable": "The hub no longer knows what time has certainly been; two persons go on without it first: "
    "`medhub staff lower-mark`.",
}
