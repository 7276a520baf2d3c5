/** Why instances failed: their logs are read while their nodes still have them. */
export { DiagnosesModule } from './diagnoses.module.js';
