export * from './activation-repository.contract';
export * from './dead-registrations.contract';
export * from './fake-accounts';
export * from './fake-owed-mail-repository';
export * from './fake-repositories';
export * from './owed-mail-repository.contract';
export * from './people';
export * from './stage';
