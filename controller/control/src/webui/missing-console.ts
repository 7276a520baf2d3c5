/** Shown where the built console should be: the API works, and this says how to get the rest. */
export const MISSING_CONSOLE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>OpenStation</title></head>
<body style="font-family: sans-serif; max-width: 40em; margin: 4em auto; line-height: 1.5">
<h1>OpenStation is running</h1>
<p>The web console was not found. Build it with <code>npm run build</code> and name its directory in the controller's
configuration as <code>webRoot</code> (or OPENSTATION_WEB_ROOT), then restart the controller.</p>
<p>The REST API works: <a href="/api/v1/health">/api/v1/health</a>, <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</p>
</body></html>
`;
