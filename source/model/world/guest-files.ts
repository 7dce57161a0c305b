// The kernels that come with virtlab, as files of every host.

import {directory, type FileRecipe, text} from '../container/hub/recipe.js';
import {guestSources} from './guest-sources-table.js';

export const guestFolder = '/usr/share/vmm';

export function guestFiles(): readonly FileRecipe[] {
	return [directory(guestFolder), ...Object.entries(guestSources).map(([name, source]) => text(`${guestFolder}/${name}`, source))];
}
