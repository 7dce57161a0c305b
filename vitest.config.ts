import {defineConfig} from 'vitest/config';

export default defineConfig({
	test: {
		include: ['test/**/*.test.{ts,tsx}'],
		pool: 'threads',
		maxWorkers: 2,
		testTimeout: 30_000,
		// Colours depend on the terminal that runs the tests; the ones that look at colours set their own.
		env: {FORCE_COLOR: '0', NO_COLOR: '1', TZ: 'UTC'},
	},
});
