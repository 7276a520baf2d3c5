/** The packaged engine as a container image, made from local files. */
export { engineImage, usableDocker } from './build-image.js';
