// The test files of moby/buildkit frontend/dockerfile/parser (Apache-2.0).
import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {encodeText} from '../../../../source/base/bytes.js';
import {type DockerfileNode, isDockerfileError, parseDockerfile} from '../../../../source/model/container/builder/dockerfile-lines.js';

type Case = {readonly case: string; readonly dockerfile: string; readonly result: string};
const tables = JSON.parse(readFileSync(new URL('../../../golden/dockerfile/parser.json', import.meta.url), 'utf8')) as {readonly positive: readonly Case[]; readonly negative: readonly Case[]};

/** Go's %q, as far as the table needs it. */
function quoted(text: string): string {
	return JSON.stringify(text).replaceAll(/\\u00(?<digits>[\da-f]{2})/gv, String.raw`\x$<digits>`);
}

function dump(node: DockerfileNode): string {
	const flags = node.flags.length === 0 ? '' : ` [${node.flags.map(quoted).join(' ')}]`;
	const words = node.trigger === undefined ? node.words.map(word => ` ${quoted(word)}`).join('') : ` ${dump(node.trigger)}`;
	return `(${node.keyword.toLowerCase()}${flags}${words})`;
}

test.each(tables.positive)('$case', ({dockerfile, result}) => {
	const parsed = parseDockerfile(encodeText(dockerfile));
	expect(isDockerfileError(parsed) ? parsed.message : parsed.nodes.map(node => `${dump(node)}\n`).join('')).toBe(result);
});

test.each(tables.negative)('$case is refused', ({dockerfile}) => {
	expect(isDockerfileError(parseDockerfile(encodeText(dockerfile)))).toBe(true);
});

test('here-documents belong to their instruction', () => {
	const parsed = parseDockerfile(encodeText('FROM a\nRUN <<EOF sh\necho $x\nEOF\nCOPY <<-"A" <<B /etc/\n\ta\n\tA\nb\nB\nCMD x\n'));
	if (isDockerfileError(parsed)) {
		throw new Error(parsed.message);
	}

	expect(parsed.nodes.map(node => [node.keyword, node.startLine, node.endLine, node.heredocs])).toEqual([
		['FROM', 1, 1, []],
		['RUN', 2, 4, [{name: 'EOF', isExpanded: true, chomp: false, content: 'echo $x\n'}]],
		['COPY', 5, 9, [{name: 'A', isExpanded: false, chomp: true, content: 'a\n'}, {name: 'B', isExpanded: true, chomp: false, content: 'b\n'}]],
		['CMD', 10, 10, []],
	]);
	expect(parseDockerfile(encodeText('FROM a\nRUN <<EOF\necho\n'))).toMatchObject({message: 'unterminated heredoc'});
});
