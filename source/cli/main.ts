// The command line: flags to subcommands. Exit status 2 is a usage error.

import meow from 'meow';
import {list, check, replayFile} from './reports.js';
import {findLab, type LabFolder} from './catalogue.js';
import {lineMode} from './line-mode.js';
import {serve} from './serve.js';
import type {FormatName} from '../grade/report/formats.js';
import {localeOf, type Locale} from '../i18n/message.js';
import {describeProblem} from '../lab/load.js';
import {scenarios} from '../model/world/topology.js';

const formatNames: readonly FormatName[] = ['text', 'markdown', 'json', 'junit', 'tap', 'csv', 'gradescope', 'html'];

const cli = meow(`
	Usage
	  $ virtlab                  menu of labs, full screen
	  $ virtlab run LAB          play a lab (an id, or a folder with lab.yaml)
	  $ virtlab sandbox          full screen without a lab
	  $ virtlab list             labs
	  $ virtlab shell            read commands from standard input, line by line
	  $ virtlab serve            the simulated docker engine on a real socket (--engine)
	  $ virtlab machine IMAGE    run a 64 KiB firmware image on the 32-bit machine, and print the state in which it ended
	  $ virtlab check [PATH...]  prove labs
	  $ virtlab replay FILE      run a transcript again
	  $ virtlab grade PATH...    grade transcripts (files, folders, patterns, zip files): 0 passed, 1 not passed, 2 not gradable
	  $ virtlab ticket LAB       a teacher's ticket for --learner, signed with --key
	  $ virtlab copies PATH...   what transcripts of a class have in common that is rare: evidence, no verdict

	Options
	  --lang LANG       en or zh-CN (default: from LANG)
	  --learner NAME    who is working
	  --seed N          seed of everything random (default 1)
	  --scenario NAME   hosts of the sandbox, the shell and serve: ${Object.keys(scenarios).join(', ')}
	  --lab ID          shell: work in a lab; replay, grade: a folder with labs of one's own
	  --record FILE     shell, serve: write a transcript
	  --engine ADDRESS  serve: unix:///PATH or tcp://127.0.0.1:PORT, for DOCKER_HOST
	  --any-address     serve: also on an address that other machines can reach
	  --json            list, grade, copies, machine: JSON
	  --at N            replay: the state after N actions, every panel of it, as JSON
	  --diff A B        replay: what changed from action A to action B
	  --format NAME     grade: ${formatNames.join(', ')}
	  --policy FILE     grade: what hints, lateness and attempts cost
	  --public-key FILE grade: only transcripts that began with a ticket of this teacher
	  --key FILE        ticket: the teacher's private key; made, with FILE.pub, if it is not there
	  --nonce TEXT      ticket: what the teacher wants to recognise it by
	  --ticket TEXT     run, shell: the ticket that the teacher gave
	  --regrade FOLDER  grade: who changes, and why, with the corrected labs of FOLDER
	  --jobs N          grade: threads (default: one for each processor)
	  --technique NAME  machine: what runs the image, the bare machine or a hypervisor's technique (default bare)
	  --budget N        machine: instructions at most (default 100000000)
	  --mem ADDR:BYTES  machine: memory to show; may be given several times
	  --ascii           borders and marks in ASCII
`, {
	importMeta: import.meta,
	allowUnknownFlags: false,
	flags: {
		lang: {type: 'string', choices: ['en', 'zh-CN']},
		learner: {type: 'string'},
		seed: {type: 'number', default: 1},
		scenario: {type: 'string', default: 'default', choices: Object.keys(scenarios)},
		lab: {type: 'string'},
		record: {type: 'string'},
		engine: {type: 'string'},
		anyAddress: {type: 'boolean', default: false},
		json: {type: 'boolean', default: false},
		at: {type: 'number'},
		diff: {type: 'number'},
		format: {type: 'string', default: 'text', choices: [...formatNames]},
		policy: {type: 'string'},
		jobs: {type: 'number'},
		regrade: {type: 'string'},
		publicKey: {type: 'string'},
		key: {type: 'string'},
		nonce: {type: 'string', default: ''},
		ticket: {type: 'string'},
		technique: {type: 'string', default: 'bare'},
		budget: {type: 'number', default: 100_000_000},
		mem: {type: 'string', isMultiple: true},
		ascii: {type: 'boolean', default: false},
	},
});

const usageError = 2;
const locale: Locale = (cli.flags.lang as Locale | undefined) ?? localeOf(process.env['LC_ALL'] || process.env['LC_MESSAGES'] || process.env['LANG']);

function complain(message: string): number {
	console.error(`virtlab: ${message}`);
	return usageError;
}

/** What each subcommand does with its operands. */
const commands: Readonly<Record<string, (operands: readonly string[]) => number | Promise<number>>> = {
	sandbox: () => onScreen(undefined, 'sandbox'),
	run: ([lab]) => lab === undefined ? complain('run: name a lab; `virtlab list` shows them') : onLab(lab, found => onScreen(found, 'lab')),
	list: () => list({json: cli.flags.json, locale}),
	check: operands => check(operands),
	replay: ([path, ...more]) => path === undefined ? complain('replay: name a transcript') : replayIt(path, more),
	grade: paths => paths.length === 0 ? complain('grade: name transcripts') : gradeThem(paths),
	async ticket([lab]) {
		const {ticketCommand} = await import('./ticket-command.js');
		const {key, learner, nonce} = cli.flags;
		return lab === undefined || key === undefined || learner === undefined ? complain('ticket: name a lab, --learner and --key') : ticketCommand({lab, learner, nonce, key});
	},
	async copies(paths) {
		const {copiesCommand} = await import('./copies-command.js');
		return paths.length === 0 ? complain('copies: name transcripts') : copiesCommand(paths, {json: cli.flags.json});
	},
	async machine([image]) {
		const {machineCommand} = await import('./machine-command.js');
		const {technique, budget, mem = [], json} = cli.flags;
		return image === undefined ? complain('machine: name an image') : machineCommand(image, {technique, budget, mem, json});
	},
	shell: () => cli.flags.lab === undefined ? shell(undefined) : onLab(cli.flags.lab, found => shell(found)),
	serve() {
		const {engine, anyAddress, scenario, seed, learner = process.env['USER'] ?? 'learner', record} = cli.flags;
		return serve({engine, anyAddress, scenario, seed, learner, record, locale});
	},
};

async function main(): Promise<number> {
	const [command, ...operands] = cli.input;
	const {seed} = cli.flags;
	if (!Number.isSafeInteger(seed) || seed < 0) {
		return complain('--seed must be a whole number from 0 to 2^53 - 1');
	}

	if (command === undefined) {
		return onScreen(undefined, 'menu');
	}

	return Object.hasOwn(commands, command) ? commands[command]!(operands) : complain(`unknown command "${command}"; see virtlab --help`);
}

/** `--diff A B`: meow gives A to the flag and leaves B among the arguments. */
function replayIt(path: string, more: readonly string[]): number {
	const {at, diff, lab} = cli.flags;
	const moments = diff === undefined ? [] : [diff, Number(more[0])];
	if ([...at === undefined ? [] : [at], ...moments].some(number => !(Number.isSafeInteger(number) && number >= 0))) {
		return complain('replay: --at N and --diff A B take numbers of actions, from 0');
	}

	return replayFile(path, {packs: lab === undefined ? [] : [lab], at, diff: moments});
}

async function gradeThem(paths: readonly string[]): Promise<number> {
	const {json, format, policy, jobs, lab, regrade, publicKey} = cli.flags;
	if (jobs !== undefined && !(Number.isSafeInteger(jobs) && jobs >= 1)) {
		return complain('--jobs must be a whole number from 1');
	}

	const {gradeCommand} = await import('./grade-command.js');
	return gradeCommand(paths, {format: json ? 'json' : format as FormatName, locale, packs: lab === undefined ? [] : [lab], policy, jobs, regrade, publicKey});
}

/** Finds a lab that can be used, or says what is wrong with it. */
async function onLab(name: string, use: (found: LabFolder) => Promise<number>): Promise<number> {
	const found = findLab(name);
	if (found === undefined) {
		return complain(`there is no lab "${name}"; \`virtlab list\` shows them`);
	}

	return found.loaded.lab === undefined
		? complain(`${name} cannot be used:\n${found.loaded.problems.map(problem => `  ${describeProblem(problem)}`).join('\n')}`)
		: use(found);
}

async function onScreen(found: LabFolder | undefined, what: 'menu' | 'sandbox' | 'lab'): Promise<number> {
	const {learner, seed, scenario, ascii, ticket} = cli.flags;
	if (!process.stdin.isTTY || !process.stdout.isTTY || process.env['TERM'] === 'dumb') {
		return complain('the full screen needs a terminal; use `virtlab shell` for line mode');
	}

	const {playFromMenu, playOne} = await import('./play.js');
	const flags = {locale, ascii, seed, learner, scenario, ticket};
	return what === 'menu' ? playFromMenu(flags) : playOne(found?.loaded.lab, flags);
}

async function shell(found: LabFolder | undefined): Promise<number> {
	const {seed, scenario, learner = process.env['USER'] ?? 'learner', record, ticket} = cli.flags;
	return lineMode({lab: found?.loaded.lab, scenario: found?.loaded.lab?.scenario ?? scenario, seed, learner, record, ticket, locale});
}

try {
	process.exitCode = await main();
} catch (error) {
	const {code, message} = error as NodeJS.ErrnoException;
	// Errors of the real disk are the user's to mend; all others are ours.
	console.error(code === undefined ? error : `virtlab: ${message}`);
	process.exitCode = code === undefined ? 70 : usageError;
}
