import {
  describeActivationRepositoryContract,
  describeDeadRegistrationsContract,
  describeOwedMailRepositoryContract,
  fakeStage,
} from '.';

const create = async () => fakeStage();

describeActivationRepositoryContract('in memory', create);
describeOwedMailRepositoryContract('in memory', create);
describeDeadRegistrationsContract('in memory', create);
