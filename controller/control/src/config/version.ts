/** Version shown to people and sent to members. */
export const VERSION = '0.1.0';
