// vi, vim and nano: editing on the full screen is not modelled; what to do instead.

import {printTo} from './standard-io.js';
import {plainTool} from './tool.js';

export const fullScreenEditor = plainTool('editor', function * (t) {
	const path = t.operands.find(argument => !argument.startsWith('-') && !argument.startsWith('+')) ?? 'FILE';
	yield * printTo(t.process, 2, `virtlab: ${t.name.replace(/^.*\//v, '')}: editing on the full screen is not modelled. Write the file with a here-document:

  cat > ${path} <<'EOF'
  the new text
  EOF

or change it in place: sed -i 's/old/new/' ${path}
`);
	return 1;
});
