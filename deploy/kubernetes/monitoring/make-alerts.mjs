// Wraps deploy/prometheus/alerts.yml in the object that the Prometheus Operator reads.
import { readFileSync, writeFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';

const { groups } = parse(readFileSync('deploy/prometheus/alerts.yml', 'utf8'));
const rule = {
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PrometheusRule',
  metadata: { name: 'user-registration' },
  spec: { groups },
};
const [file = 'deploy/kubernetes/monitoring/alerts.yaml'] = process.argv.slice(2);
const source = '# Made from deploy/prometheus/alerts.yml by `npm run alerts`.\n';
writeFileSync(file, source + stringify(rule, { lineWidth: 0, singleQuote: true }));
