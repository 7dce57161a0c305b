// The layer rule of docs/architecture.md. Lowest line first; a folder imports itself and earlier lines, peers on one line never
// each other. Type imports count: a type is a dependency of whoever reads the code.

const layers = [
	['base'],
	['model/machine', 'model/storage', 'model/network'],
	['model/kernel'],
	['model/hypervisor', 'model/container'],
	['model/host'],
	['model/orchestration'],
	['model/world'],
	['engine-api'],
	['shell'],
	['programs'],
	['lab'],
	['session'],
	['transcript', 'i18n'],
	['grade'],
	['tui'],
	['cli'],
	['cli.tsx'],
];

const inside = folder => folder.includes('.') ? `^source/${folder.replace('.', '\\.')}$` : `^source/${folder}/`;

const layerRules = layers.flatMap((line, height) => line.map(folder => ({
	name: `layer-${folder}`,
	comment: `${folder} may import itself and what stands below it in docs/architecture.md. Move the shared part down, or pass the thing in as an argument; if the edge hurts twice, merge the folders.`,
	severity: 'error',
	from: {path: inside(folder)},
	to: {path: [...line.filter(peer => peer !== folder), ...layers.slice(height + 1).flat()].map(inside)},
}))).filter(rule => rule.to.path.length > 0);

/** The folders whose results must not depend on the machine they run on. */
const pure = '^source/(base|model|engine-api|shell|programs|lab|session)/';

export default {
	forbidden: [
		...layerRules,
		{
			name: 'unknown-folder',
			comment: 'Every folder of source/ has its place in the layer order: add the new one to docs/architecture.md and to the list at the head of .dependency-cruiser.mjs.',
			severity: 'error',
			from: {path: '^source/', pathNot: layers.flat().map(inside)},
			to: {},
		},
		{
			name: 'no-node-below-transcript',
			comment: 'Below transcript/ nothing touches the real machine: take texts and bytes as arguments, and let transcript/, tui/ or cli.tsx do the input and output. Hashing is in base/digest.ts, randomness in base/random.ts.',
			severity: 'error',
			from: {path: pure, pathNot: '^source/base/(digest|random)\\.ts$'},
			to: {dependencyTypes: ['core']},
		},
		{
			name: 'only-hashing-in-base',
			comment: 'base/digest.ts and base/random.ts import node:crypto for SHA-256 and nothing else of Node.',
			severity: 'error',
			from: {path: '^source/base/(digest|random)\\.ts$'},
			to: {dependencyTypes: ['core'], pathNot: '^(node:)?crypto$'},
		},
		{
			name: 'ink-only-in-tui',
			comment: 'Ink and React live in tui/ and cli.tsx. What a panel shows is computed by a select-*.ts as plain data.',
			severity: 'error',
			from: {path: '^source/', pathNot: '^source/(tui/|cli\\.tsx$)'},
			to: {path: '(^|/)node_modules/(ink|react|ink-[a-z-]+)/'},
		},
		{
			name: 'selectors-are-plain',
			comment: 'A select-*.ts turns a world into plain data and is tested without a screen: leave layout and colour to the panel beside it.',
			severity: 'error',
			from: {path: '^source/tui/.*/select-[^/]+\\.ts$'},
			to: {path: '(^|/)node_modules/(ink|react|ink-[a-z-]+)/'},
		},
		{
			name: 'tui-only-looks',
			comment: 'The interface changes the world by actions only. Import types from here; for values, go through session/.',
			severity: 'error',
			from: {path: '^source/tui/'},
			to: {path: '^source/(base/transaction\\.ts|shell/|programs/|engine-api/)', dependencyTypesNot: ['type-only']},
		},
		{
			name: 'no-cycles',
			comment: 'Files that import each other are one file: merge them, or move what both need into a third. (Types may refer to each other across files.)',
			severity: 'error',
			from: {path: '^source/'},
			to: {circular: true, viaOnly: {dependencyTypesNot: ['type-only']}},
		},
		{
			name: 'no-orphans',
			comment: 'Nobody imports this file and it imports nobody: use it or delete it.',
			severity: 'error',
			from: {orphan: true, path: '^source/', pathNot: '\\.d\\.ts$'},
			to: {},
		},
		{
			name: 'not-unresolvable',
			comment: 'The import leads nowhere: relative imports end in .js, packages must be in package.json.',
			severity: 'error',
			from: {},
			to: {couldNotResolve: true},
		},
		{
			name: 'no-development-packages',
			comment: 'This package is for development only; what the program needs at run time belongs in "dependencies".',
			severity: 'error',
			from: {path: '^source/'},
			to: {dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '(^|/)node_modules/@types/'},
		},
	],
	options: {
		doNotFollow: {path: 'node_modules'},
		tsPreCompilationDeps: true,
		tsConfig: {fileName: 'tsconfig.json'},
		enhancedResolveOptions: {exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'], extensions: ['.ts', '.tsx', '.js', '.mjs', '.json']},
		cache: {folder: 'node_modules/.cache/dependency-cruiser', strategy: 'content', compress: false},
	},
};
