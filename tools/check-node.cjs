// Says in one line what an older Node needs, before npm says it in many. Written for old Nodes, too.
var parts = process.versions.node.split('.').map(Number);
if (parts[0] < 20 || (parts[0] === 20 && parts[1] < 19)) {
  console.error(
    'Node ' +
      process.versions.node +
      ' is too old: this needs Node 20.19 or newer, best 24 (https://nodejs.org).',
  );
  process.exit(1);
}
