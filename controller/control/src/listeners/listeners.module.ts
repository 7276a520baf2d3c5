import { Module } from '@nestjs/common';
import { PkiModule } from '../pki/index.js';
import { AgentListener } from './agent-listener.js';
import { EnrolmentListener } from './enrolment-listener.js';

@Module({ imports: [PkiModule], providers: [AgentListener, EnrolmentListener], exports: [AgentListener, EnrolmentListener] })
export class ListenersModule {}
