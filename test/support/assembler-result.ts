import {assemble} from '../../source/model/machine/assembler/assemble.js';
import type {AssembleOptions} from '../../source/model/machine/assembler/assemble.js';
import {formatDiagnostic} from '../../source/model/machine/assembler/diagnostics.js';

export type PlainResult = {readonly bytes: string | null; readonly messages: readonly string[]};

/** What `assemble` answers, in the form of the goldens: hexadecimal bytes, and the lines that the nasm command would print. */
export function assemblePlainly(source: string, options: AssembleOptions): PlainResult {
	const result = assemble(source, options);
	const failed = 'errors' in result;
	const messages = (failed ? result.errors : result.warnings).flatMap(diagnostic => formatDiagnostic(diagnostic));
	return {bytes: failed ? null : Buffer.from(result.bytes).toString('hex'), messages};
}

/** Leaves out lines that repeat the one before: NASM says some warnings twice. */
export function withoutRepeats(lines: readonly string[]): readonly string[] {
	return lines.filter((line, index) => line !== lines[index - 1]);
}
