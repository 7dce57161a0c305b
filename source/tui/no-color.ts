// Ink's colours come from chalk, which reads FORCE_COLOR when it is loaded and does not know NO_COLOR (https://no-color.org: any value
// that is not empty). So this module must be imported before Ink is; ink.ts does.

if ((process.env['NO_COLOR'] ?? '') !== '') {
	process.env['FORCE_COLOR'] = '0';
}
