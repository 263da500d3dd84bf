"""The settings of a Stoa with one language more, which reads from right to left and whose words are still English."""

from config.settings import *  # noqa: F403  # everything else is as it is

LANGUAGES = [("en", "English"), ("zh-hans", "简体中文"), ("ar", "العربية")]
