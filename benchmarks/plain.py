"""`python -m benchmarks.plain`: the media process as it is on a machine without a C compiler, to compare with."""

from rooms.sfu import __main__ as media
from rooms.sfu import accelerator
from rooms.sfu.fanout import Hearing

if __name__ == "__main__":
    accelerator.hearing = lambda: Hearing
    media.main()
