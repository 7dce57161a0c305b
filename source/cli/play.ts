// The full screen: the menu, a lab, the sandbox. Loaded only when it is needed, because Ink takes a while.

import {existsSync} from 'node:fs';
import {isComplete} from '../lab/progress.js';
import type {Lab} from '../lab/schema.js';
import {apply} from '../session/apply.js';
import type {Entry, Origin} from '../session/session.js';
import {message, type Locale} from '../i18n/message.js';
import type {MenuChoice, Play, SavedProgress, ScreenOptions} from '../tui/start.js';
import {allLabs} from './catalogue.js';
import {addToHistory, type Home, type LabRecord, openHome, readHistory, transcriptPath} from './home.js';
import {beginRecording, type Recording, resumeRecording, untilItFails} from './recording.js';

export type ScreenFlags = {readonly locale: Locale; readonly ascii: boolean; readonly seed: number; readonly learner: string | undefined; readonly scenario: string; readonly ticket: string | undefined};

function screenOptions({locale, ascii}: ScreenFlags): ScreenOptions {
	return {stdin: process.stdin, stdout: process.stdout, locale, environment: process.env, ...(ascii ? {ascii} : {})};
}

export async function playFromMenu(flags: ScreenFlags): Promise<number> {
	const home = openHome();
	tell(home.notices);
	const labs = allLabs();
	const {openMenu} = await import('../tui/start.js');
	const played = new Set<string>();
	const status = await openMenu({
		...screenOptions(flags),
		labs: labs.map(lab => ({id: lab.id, titles: titlesOf(lab), stepCount: lab.steps.length})),
		saved: savedProgress(home, labs),
		defaultLearner: flags.learner ?? process.env['USER'] ?? 'learner',
		open(choice) {
			if (choice.kind === 'lab') {
				played.add(choice.id);
			}

			return open(home, labs, choice, flags);
		},
	});
	tellTranscripts(home, played, flags.locale);
	return status;
}

/** Plays one lab, or the sandbox if it is undefined; goes on where the learner left it. */
export async function playOne(lab: Lab | undefined, flags: ScreenFlags): Promise<number> {
	const home = openHome();
	tell(home.notices);
	const learner = flags.learner ?? home.settings.get('learner') ?? process.env['USER'] ?? 'learner';
	const choice: Choice = lab === undefined
		? {kind: 'sandbox', learner, locale: flags.locale}
		: {kind: 'lab', id: lab.id, resume: resumable(home, lab.id) !== undefined, learner, locale: flags.locale};
	const {playLab} = await import('../tui/start.js');
	const status = await playLab({...screenOptions(flags), ...open(home, lab === undefined ? [] : [lab], choice, flags)});
	tellTranscripts(home, lab === undefined ? [] : [lab.id], flags.locale);
	return status;
}

/** Where the file is that a learner hands in. */
function tellTranscripts(home: Home, labs: Iterable<string>, locale: Locale): void {
	for (const id of labs) {
		const record = home.settings.get('labs')[id];
		if (record !== undefined && record.actions > 0) {
			console.error(message(home.settings.get('locale') ?? locale, 'leave.transcript', {lab: id, path: transcriptPath(home, record.transcript)}));
		}
	}
}

type Choice = Exclude<MenuChoice, {readonly kind: 'quit'}>;

function open(home: Home, labs: readonly Lab[], choice: Choice, flags: ScreenFlags): Play {
	const lab = choice.kind === 'lab' ? labs.find(({id}) => id === choice.id) : undefined;
	const resumed = choice.kind === 'lab' && choice.resume ? resume(home, lab) : undefined;
	const recording = resumed ?? begin(home, lab, choice.learner, flags);
	const keepTranscript = untilItFails('recording has ended; the transcript keeps what was before');
	const keepProgress = untilItFails('progress and history are no longer saved');
	return {
		session: recording.session,
		apply,
		output: recording.output,
		record(entry) {
			const lost = keepTranscript(() => {
				recording.record(entry);
			});
			const unsaved = keepProgress(() => {
				noteProgress(home, lab, entry);
				if (entry.action.type === 'line') {
					addToHistory(home, entry.action.text);
				}
			});
			return lost ?? unsaved;
		},
		history: readHistory(home),
	};
}

function begin(home: Home, lab: Lab | undefined, learner: string, {seed, scenario, ticket}: ScreenFlags): Recording {
	const name = `${lab?.id ?? 'sandbox'}-${new Date().toISOString().replaceAll(/[:.]/gv, '')}-${process.pid}.cast`;
	const origin: Origin = {
		lab, scenario: lab?.scenario ?? scenario, seed, learner, interactive: true, columns: process.stdout.columns ?? 80, rows: process.stdout.rows ?? 24,
	};
	const recording = beginRecording(origin, transcriptPath(home, name), ticket);
	if (lab !== undefined) {
		putRecord(home, lab.id, {stepsPassed: 0, isFinished: recordOf(home, lab.id)?.isFinished ?? false, transcript: name, actions: 0});
	}

	return recording;
}

function resume(home: Home, lab: Lab | undefined): Recording | undefined {
	const record = lab === undefined ? undefined : resumable(home, lab.id);
	if (record === undefined) {
		return undefined;
	}

	const recording = resumeRecording(transcriptPath(home, record.transcript), lab);
	if (typeof recording === 'string') {
		tell([`virtlab: ${record.transcript} cannot be gone on with (${recording}); it stays where it is, and a new session begins`]);
		return undefined;
	}

	return recording;
}

/** The record of a lab whose newest session is there and not finished. */
function resumable(home: Home, id: string): LabRecord | undefined {
	const record = recordOf(home, id);
	return record !== undefined && record.actions > 0 && existsSync(transcriptPath(home, record.transcript)) ? record : undefined;
}

function noteProgress(home: Home, lab: Lab | undefined, {action, progress}: Entry): void {
	const record = lab === undefined ? undefined : recordOf(home, lab.id);
	if (lab === undefined || record === undefined || progress === undefined) {
		return;
	}

	const stepsPassed = progress.steps.filter(({state}) => state === 'passed').length;
	const isFinished = record.isFinished || isComplete(progress);
	// A screen that finds its size is no beginning.
	if (record.actions === 0 && (action.type === 'resize' || action.type === 'advance')) {
		return;
	}

	// The count of actions only matters as "some"; writing the settings for every line would cost more than the lab.
	if (stepsPassed !== record.stepsPassed || isFinished !== record.isFinished || record.actions === 0) {
		putRecord(home, lab.id, {...record, stepsPassed, isFinished, actions: record.actions + 1});
	}
}

/** Own names only: a lab may be called `constructor`. */
function recordOf({settings}: Home, id: string): LabRecord | undefined {
	const labs = settings.get('labs');
	return Object.hasOwn(labs, id) ? labs[id] : undefined;
}

function putRecord(home: Home, id: string, record: LabRecord): void {
	home.settings.set('labs', {...home.settings.get('labs'), [id]: record});
}

function savedProgress(home: Home, labs: readonly Lab[]): SavedProgress {
	const {settings} = home;
	return {
		learner: () => settings.get('learner'),
		setLearner(name) {
			settings.set('learner', name);
		},
		setLocale(locale) {
			settings.set('locale', locale);
		},
		lab(id) {
			const record = recordOf(home, id);
			const isUnfinished = record !== undefined && record.stepsPassed < (labs.find(lab => lab.id === id)?.steps.length ?? 0);
			return record === undefined ? undefined : {stepsPassed: record.stepsPassed, isFinished: record.isFinished, resumableActions: isUnfinished ? resumable(home, id)?.actions : undefined};
		},
	};
}

function titlesOf(lab: Lab): Readonly<Partial<Record<Locale, string>>> {
	return Object.fromEntries(Array.from(lab.texts, ([locale, text]) => [locale, text.title]));
}

function tell(notices: readonly string[]): void {
	for (const notice of notices) {
		console.error(notice);
	}
}
