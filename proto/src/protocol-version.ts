/** Version of the session protocol. Raised only when an older peer could misread a message. */
export const PROTOCOL_VERSION = 1;
