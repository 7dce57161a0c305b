// The half of bin/virtlab.cjs that uses a word which Node before 14 cannot parse.
'use strict';

import('../dist/cli.js').catch(error => {
	console.error(error);
	process.exit(1);
});
