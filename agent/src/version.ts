/** Version of this agent as the controller shows it; a test holds it equal to package.json. */
export const VERSION = '0.1.0';
