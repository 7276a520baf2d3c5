export { contextLabel, parameterLabel } from './model-state';
export { modelsRoutes } from './models.routes';
