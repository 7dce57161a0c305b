// Steps that are not in the Dockerfile: the base image's triggers, and the labels of the command line.

import {compareText, encodeText} from '../../../base/bytes.js';
import {isDockerfileError, parseDockerfile} from './dockerfile-lines.js';
import {type Instruction, type Of, parseInstruction} from './instruction.js';

/** An ONBUILD trigger as an instruction; it was checked when its image was built. */
export function parseTrigger(line: string): Instruction {
	const parsed = parseDockerfile(encodeText(`${line}\n`));
	const node = isDockerfileError(parsed) ? undefined : parsed.nodes[0];
	const instruction = node === undefined ? undefined : parseInstruction(node);
	if (instruction === undefined || 'error' in instruction) {
		return {kind: 'run', command: {words: [line], isShell: true}, heredocs: [], flags: new Map(), node: emptyNode(`RUN ${line}`)};
	}

	return instruction;
}

function emptyNode(original: string): Instruction['node'] {
	return {keyword: original.split(' ', 1)[0]!, original, flags: [], words: [], isJson: false, heredocs: [], trigger: undefined, startLine: 0, endLine: 0};
}

/** The step that `--label` adds. */
export function labelStep(labels: ReadonlyMap<string, string>): Of<'label'> {
	const pairs = [...labels].sort(([a], [b]) => compareText(a, b)).map(([name, value]) => ({name, value: `"${value.replaceAll(/["\\$]/gv, String.raw`\$&`)}"`, isLegacy: false}));
	return {kind: 'label', pairs, flags: new Map(), node: emptyNode(`LABEL ${[...labels].sort(([a], [b]) => compareText(a, b)).map(([name, value]) => `${name}=${value}`).join(' ')}`)};
}
