// Our own folder on the real disk, the only place that virtlab writes to unless a file is named: settings and transcripts.
//
//     $VIRTLAB_HOME, or $XDG_DATA_HOME/virtlab, or ~/.local/share/virtlab
//         settings.json            learner, language, where each lab stands (conf)
//         transcripts/*.cast       every session, written as it happens
//         history                  command lines, for the arrow keys of the next session

import {appendFileSync, existsSync, mkdirSync, readFileSync, renameSync} from 'node:fs';
import {homedir} from 'node:os';
import {join} from 'node:path';
import Conf from 'conf';
import type {Locale} from '../i18n/message.js';

/** Where a learner stands in a lab. */
export type LabRecord = {
	readonly stepsPassed: number;
	readonly isFinished: boolean;
	/** The newest transcript, by its name in transcripts/. */
	readonly transcript: string;
	readonly actions: number;
};

type Settings = {learner?: string; locale?: Locale; labs: Record<string, LabRecord>; sandbox?: string};

export type Home = {readonly folder: string; readonly settings: Conf<Settings>; /** What the user should be told. */ readonly notices: readonly string[]};

export function homeFolder(): string {
	const {VIRTLAB_HOME: own, XDG_DATA_HOME: data} = process.env;
	return own ?? join(data === undefined || data === '' ? join(homedir(), '.local', 'share') : data, 'virtlab');
}

/** Opens our folder, making it on first use. A settings file that cannot be read is moved aside, never overwritten. */
export function openHome(): Home {
	const folder = homeFolder();
	mkdirSync(join(folder, 'transcripts'), {recursive: true, mode: 0o700});
	const notices: string[] = [];
	for (;;) {
		try {
			const settings = new Conf<Settings>({cwd: folder, configName: 'settings', defaults: {labs: {}}, clearInvalidConfig: false});
			// Reads the file, which is where a broken one shows.
			settings.get('labs');
			return {folder, settings, notices};
		} catch (error) {
			const file = join(folder, 'settings.json');
			if (!(error instanceof SyntaxError) || !existsSync(file)) {
				throw error;
			}

			const aside = `${file}.broken-${Date.now()}`;
			renameSync(file, aside);
			notices.push(`virtlab: the settings could not be read; they were moved to ${aside}`);
		}
	}
}

export function transcriptPath({folder}: Home, name: string): string {
	return join(folder, 'transcripts', name);
}

const historyLines = 1000;

/** Command lines of earlier sessions, oldest first. */
export function readHistory({folder}: Home): readonly string[] {
	const file = join(folder, 'history');
	return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(line => line !== '').slice(-historyLines) : [];
}

export function addToHistory({folder}: Home, line: string): void {
	if (line.trim() !== '' && !line.includes('\n')) {
		appendFileSync(join(folder, 'history'), `${line}\n`, {mode: 0o600});
	}
}
