import { Controller } from '@nestjs/common';
import { ApiError, Endpoint, Input, type InputOf } from '../http/index.js';
import { Operations, type LogLineView, type OperationView } from './operations.js';
import { routes } from './operations.schema.js';

@Controller()
export class OperationsController {
  constructor(private readonly operations: Operations) {}

  @Endpoint(routes.listOperations)
  listOperations(@Input() { query }: InputOf<typeof routes.listOperations>): Promise<OperationView[]> {
    return this.operations.list(query);
  }

  @Endpoint(routes.getOperation)
  async getOperation(@Input() { params }: InputOf<typeof routes.getOperation>): Promise<OperationView> {
    const view = await this.operations.get(params.id);
    if (!view) throw new ApiError('not-found', 'no operation has this id');
    return view;
  }

  @Endpoint(routes.operationLog)
  async operationLog(@Input() { params, query }: InputOf<typeof routes.operationLog>): Promise<LogLineView[]> {
    if (!(await this.operations.get(params.id))) throw new ApiError('not-found', 'no operation has this id');
    return this.operations.lines(params.id, query.after);
  }
}
