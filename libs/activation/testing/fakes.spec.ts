import {
  describeActivationRepositoryContract,
  describeExpiredRegistrationsContract,
  describeOwedMailAdministrationContract,
  describeOwedMailRepositoryContract,
  fakeStage,
} from '.';

const create = async () => fakeStage();

describeActivationRepositoryContract('in memory', create);
describeOwedMailRepositoryContract('in memory', create);
describeOwedMailAdministrationContract('in memory', create);
describeExpiredRegistrationsContract('in memory', create);
