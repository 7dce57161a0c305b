#!/usr/bin/env node
// The installed command. Written in old JavaScript, so that a Node that is too old can still read it and say so.
'use strict';

var major = Number(process.versions.node.split('.')[0]);
if (major < 22) {
	console.error('virtlab needs Node.js 22 or newer; this is ' + process.version + ' (' + process.execPath + ').');
	process.exit(1);
}

require('./start.cjs');
