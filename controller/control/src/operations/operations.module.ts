import { Module } from '@nestjs/common';
import { Operations } from './operations.js';
import { OperationsController } from './operations.controller.js';

@Module({ controllers: [OperationsController], providers: [Operations], exports: [Operations] })
export class OperationsModule {}
