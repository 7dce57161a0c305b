// `virtlab copies`: what the transcripts of a class have in common that is rare in it.

import {findCopies, type Evidence, type Pair, type Submission} from '../grade/copies.js';
import {line} from '../grade/report/one-line.js';
import {readTranscript} from '../transcript/read.js';
import {findTranscripts, readTranscriptFile, type TranscriptFile} from './grade-files.js';
import {complain} from './reports.js';

/** 0 if all could be read, else 2. */
export function copiesCommand(args: readonly string[], {json}: {readonly json: boolean}): number {
	const {files, problems} = findTranscripts(args);
	const read = files.map(readSubmission);
	const pairs = findCopies(read.flatMap(submission => typeof submission === 'string' ? [] : [submission]));
	process.stdout.write(json ? `${JSON.stringify(pairs, undefined, 2)}\n` : copiesReport(pairs));
	const all = [...problems, ...read.filter(submission => typeof submission === 'string')];
	for (const problem of all) {
		complain(problem);
	}

	return all.length === 0 ? 0 : 2;
}

/** The transcript, or why it cannot be read. */
function readSubmission(file: TranscriptFile): Submission | string {
	try {
		const transcript = readTranscript(readTranscriptFile(file));
		return 'refused' in transcript ? `${file.name}: line ${transcript.refused.line}: ${transcript.refused.message}` : {file: file.name, transcript};
	} catch (error) {
		return `${file.name}: ${error instanceof Error ? error.message : String(error)}`;
	}
}

export function copiesReport(pairs: readonly Pair[]): string {
	const found = pairs.map(pair => line`${pair.first} and ${pair.second} (${pair.lab})` + pair.evidence.map(evidenceLine).join('')).join('\n');
	return `${found}${found === '' ? '' : '\n'}${pairs.length} ${pairs.length === 1 ? 'pair has' : 'pairs have'} something rare in common. This is for a person to look at, and no verdict.\n`;
}

function evidenceLine(evidence: Evidence): string {
	if (evidence.kind === 'answer') {
		return line`  the same rare answer to ${evidence.step}: ${evidence.text} (lines ${evidence.lines[0]} and ${evidence.lines[1]})`;
	}

	const {length, first, second} = evidence;
	const where = `lines ${first.join('-')} and ${second.join('-')}`;
	return evidence.kind === 'rhythm'
		? line`  ${length} pauses in a row are the same to the millisecond (${where})`
		: line`  ${length} commands in a row are the same up to names (${where}): ${evidence.sample[0]} | ${evidence.sample[1]}`;
}
