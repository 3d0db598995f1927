// Reports an older Node in one line, before npm does so in many. Uses only syntax that old versions of Node support.
var parts = process.versions.node.split('.').map(Number);
if (parts[0] < 20 || (parts[0] === 20 && parts[1] < 19)) {
  console.error(
    'Node ' +
      process.versions.node +
      ' is too old: this needs Node 20.19 or newer, best 24 (https://nodejs.org).',
  );
  process.exit(1);
}
