"""English moments as `static/js/times.js` tells them, so that "Dec. 3" never stands beside "Dec 3"."""

DATE_FORMAT = "M j, Y"
DATETIME_FORMAT = "M j, Y, g:i A"
