// Stands in for ssh2 in the bundle: the agent speaks to its own node's Docker through a socket only.
module.exports = {};
