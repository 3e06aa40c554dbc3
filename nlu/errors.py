"""Everything that can go wrong between a text and its reading.

NluError
├── NluUnavailable    nobody answers: not started yet, connection refused, 5xx
├── NluTimeout        somebody answers too late
├── NluBadReply       what came back is not a reading: HTML, another shape, another type
├── TrainingFailed    the training data or the trainer is at fault; the message names file and line where known
└── SetupError        the machine is not ready; the message says what to run
"""


class NluError(Exception):
    """Any failure of language understanding; the caller hands the conversation to a person."""


class NluUnavailable(NluError):
    """The server does not answer or says that it cannot."""


class NluTimeout(NluError):
    """The server did not answer within the deadline."""


class NluBadReply(NluError):
    """The server answered with something that is not a reading."""


class TrainingFailed(NluError):
    """No model was trained; nothing that was there before has changed."""


class SetupError(NluError):
    """Something has to be installed or mended first; the message says what to do."""
