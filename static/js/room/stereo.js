// Two channels in an SDP offer (RFC 7587 section 6.1): what the slots may play, and what the microphone sends.

/**
 * The offer, whose incoming lines play stereo where it comes. Set it as local: a browser decodes by its own word.
 * @param {string} sdp
 */
export function playsStereo(sdp) {
  return withParameter(sdp, "recvonly", "stereo=1");
}

/**
 * The offer, whose microphone announces stereo: the answer then asks for it.
 * @param {string} sdp
 */
export function sendsStereo(sdp) {
  return withParameter(sdp, "sendonly", "sprop-stereo=1");
}

/**
 * @param {string} sdp
 * @param {string} direction of the lines that are meant
 * @param {string} parameter of Opus
 */
function withParameter(sdp, direction, parameter) {
  const sections = sdp.split(/(?=^m=)/m).map((section) => {
    const opus = /^a=rtpmap:(\d+) opus\/48000/im.exec(section)?.[1];
    if (!opus || !new RegExp(`^a=${direction}\\s*$`, "m").test(section)) return section;
    return section.replace(new RegExp(`^(a=fmtp:${opus} )(.*?)(\\s*)$`, "m"), (line, head, given, end) => {
      return given.split(";").includes(parameter) ? line : `${head}${given};${parameter}${end}`;
    });
  });
  return sections.join("");
}
