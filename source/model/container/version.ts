// Which engine this is, wherever it says so: `docker version`, image configurations, the Engine API.
// Moby 28 is the last line whose image list and graph driver are those that most courses show (29 changes both).

export const engineVersion = '28.5.2';
