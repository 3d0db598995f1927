import {
  describeActivationRepositoryContract,
  describeDeadRegistrationsContract,
  describeOwedMailAdministrationContract,
  describeOwedMailRepositoryContract,
  fakeStage,
} from '.';

const create = async () => fakeStage();

describeActivationRepositoryContract('in memory', create);
describeOwedMailRepositoryContract('in memory', create);
describeOwedMailAdministrationContract('in memory', create);
describeDeadRegistrationsContract('in memory', create);
