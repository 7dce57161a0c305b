// All predicates, by the names that lab.yaml calls them.

import {answer} from './answer.js';
import {container} from './container.js';
import {containerChange} from './container-change.js';
import {domain} from './domain.js';
import {file} from './file.js';
import {http} from './http.js';
import {image} from './image.js';
import {imageLayersShared} from './image-layers-shared.js';
import {output} from './output.js';
import {publishedPort} from './published-port.js';
import {trace} from './trace.js';

export const predicates = {
	answer,
	container,
	'container-change': containerChange,
	domain,
	file,
	http,
	image,
	'image-layers-shared': imageLayersShared,
	output,
	'published-port': publishedPort,
	trace,
} as const;

export type PredicateName = keyof typeof predicates;
