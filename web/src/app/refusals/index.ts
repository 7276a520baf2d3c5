export { FailureToast } from './failure-toast';
