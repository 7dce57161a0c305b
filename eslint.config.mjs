// Lint says what the type checker cannot: that the model is deterministic, and that files and functions stay small. Nothing
// here needs types, so that it stays quick. Each message tells what to do instead.

import {defineConfig} from 'eslint/config';
import tseslint from 'typescript-eslint';

/** The folders below transcript/: everything in them must give the same result on every machine, every time. */
const pure = ['base', 'model', 'engine-api', 'shell', 'programs', 'lab', 'session'].map(folder => `source/${folder}/**/*.{ts,tsx}`);

/** Files that are one long table: rows, no logic. */
const tables = [
	'source/**/*-table.ts',
	'source/**/*-tables.ts',
	'source/**/table.ts',
	'source/i18n/messages/*.ts',
];

const noClock = 'The model has no wall clock: take virtual time from nowNs(tx) or process.sys.now().';
const noTimers = 'Time passes only by actions: add a timer with addTimer(tx, ...) or sleep with blocking.ts.';
const noLocale = 'The result depends on the machine\'s locale: order text with compareText(), format numbers with code of our own.';
const noEnvironment = 'The core does not know the real machine: take it as an argument from cli.tsx.';
const inexact = 'The result may differ in the last bit between machines: use integers, or a table.';

const globals = {
	Date: noClock,
	performance: noClock,
	setTimeout: noTimers,
	setInterval: noTimers,
	setImmediate: noTimers,
	queueMicrotask: 'apply() is synchronous: call the function.',
	crypto: 'Draw from a named stream (base/random.ts) or hash with base/digest.ts.',
	process: noEnvironment,
	console: 'The core does not print: return output, or emit an event.',
	fetch: 'Nothing leaves the process: talk to the simulated network.',
	Intl: noLocale,
	Buffer: 'Bytes are Uint8Array: see base/bytes.ts.',
	globalThis: 'Name the thing itself; what the core may not use is listed here.',
	WeakRef: 'What it answers depends on the garbage collector: keep the value, or drop it.',
};

const restrictedGlobals = Object.entries(globals).map(([name, message]) => ({name, message}));

const inexactMath = ['sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'atan2', 'sinh', 'cosh', 'tanh', 'exp', 'expm1', 'log', 'log2', 'log10', 'log1p', 'pow', 'cbrt', 'hypot'];
const localeMethods = ['localeCompare', 'toLocaleString', 'toLocaleDateString', 'toLocaleTimeString', 'toLocaleUpperCase', 'toLocaleLowerCase'];

const restrictedProperties = [
	{object: 'Math', property: 'random', message: 'Draw from a named stream: randomBytes(tx, stream, count), randomBelow(tx, stream, limit).'},
	...inexactMath.map(property => ({object: 'Math', property, message: inexact})),
	...localeMethods.map(property => ({property, message: noLocale})),
];

export default defineConfig(
	{ignores: ['node_modules/', 'dist/', 'test/golden/', 'coverage/']},
	{
		files: ['**/*.{ts,tsx,mjs,cjs}'],
		linterOptions: {reportUnusedDisableDirectives: 'error'},
		rules: {
			'eqeqeq': 'error',
			'no-debugger': 'error',
			'no-dupe-keys': 'error',
			'no-unreachable': 'error',
			'no-unsafe-finally': 'error',
			'no-var': 'error',
			'no-warning-comments': ['error', {terms: ['todo', 'fixme', 'xxx'], location: 'start'}],
			'prefer-const': 'error',
			'object-shorthand': 'error',
		},
	},
	{files: ['bin/virtlab.cjs'], rules: {'no-var': 'off', 'object-shorthand': 'off'}},
	{
		files: ['**/*.{ts,tsx}'],
		plugins: {'@typescript-eslint': tseslint.plugin},
		languageOptions: {parser: tseslint.parser, parserOptions: {ecmaFeatures: {jsx: true}}},
		rules: {
			'@typescript-eslint/no-explicit-any': ['error', {}],
			'@typescript-eslint/consistent-type-definitions': ['error', 'type'],
			'@typescript-eslint/consistent-type-imports': ['error', {fixStyle: 'separate-type-imports', disallowTypeAnnotations: false}],
			'@typescript-eslint/no-non-null-asserted-optional-chain': 'error',
			'@typescript-eslint/no-unused-vars': ['error', {argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_', ignoreRestSiblings: true}],
			'no-restricted-syntax': ['error',
				{selector: 'TSEnumDeclaration', message: 'Use a union of string literals; `as const` objects where values are needed.'},
				{selector: 'ForInStatement', message: 'Use for...of over Object.keys() or a Map: for...in also visits inherited keys.'},
			],
		},
	},
	{
		files: ['source/**/*.{ts,tsx}'],
		rules: {
			'max-lines-per-function': ['error', {max: 70, skipBlankLines: true, skipComments: true, IIFEs: true}],
			'max-lines': ['error', {max: 500, skipBlankLines: false, skipComments: false}],
			'no-restricted-syntax': ['error',
				{selector: 'TSEnumDeclaration', message: 'Use a union of string literals; `as const` objects where values are needed.'},
				{selector: 'ForInStatement', message: 'Use for...of over Object.keys() or a Map: for...in also visits inherited keys.'},
				{selector: 'ExportDefaultDeclaration', message: 'Export by name, so that the thing is called the same everywhere.'},
				{selector: 'ExportAllDeclaration', message: 'No barrels: import from the file that has the thing.'},
				{selector: 'TSParameterProperty', message: 'Declare the field and assign it: parameter properties do not survive type stripping.'},
			],
		},
	},
	{
		files: pure,
		rules: {
			'no-restricted-globals': ['error', ...restrictedGlobals],
			'no-restricted-properties': ['error', ...restrictedProperties],
		},
	},
	{files: tables, rules: {'max-lines': 'off'}},
);
