# One image for the api, the mailer-worker and the command line; the command selects the program.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

# Production modules, only with the parts that Node loads on this platform.
FROM ${NODE_IMAGE} AS modules
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No install script runs: bcrypt includes its binaries, and the other scripts serve tests and tools.
RUN --mount=type=cache,target=/var/cache/npm npm ci --omit=dev --ignore-scripts --cache /var/cache/npm
COPY deploy/image/prune-modules.mjs /tmp/
RUN node /tmp/prune-modules.mjs node_modules

# Everything needed to compile and develop; built in parallel with the stage above.
FROM ${NODE_IMAGE} AS dependencies
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/var/cache/npm npm ci --ignore-scripts --cache /var/cache/npm

FROM dependencies AS build
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY apps ./apps
COPY libs ./libs
COPY tools/bundle-dependencies.mjs ./tools/
RUN npm run build && find dist -name '*.map' -delete

# The base without parts that the service never uses: npm, headers, package manager, manuals.
# The list of Debian packages stays, because vulnerability scanners read it.
FROM ${NODE_IMAGE} AS base
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn* \
      /opt/yarn* /usr/local/include /usr/local/share/doc /usr/local/share/man /usr/share/doc /usr/share/man /usr/share/locale \
      /usr/share/info /var/cache /var/lib/apt /var/log /usr/bin/apt* /usr/lib/apt /usr/lib/*/libapt* /usr/lib/*/perl* \
      /usr/bin/perl* /usr/share/perl* /tmp/* /root/.npm \
 && mkdir -p /app /run/secrets /var/log /var/cache

# Files get the date of the release, so that the same sources produce the same layers.
FROM base AS dated
ARG SOURCE_DATE_EPOCH=0
COPY --from=modules /app/node_modules /out/modules/node_modules
COPY --from=build /src/dist /out/app/dist
COPY package.json deploy/healthcheck.mjs deploy/compose/make-secrets.mjs /out/app/
COPY db /out/app/db
RUN mkdir /out/base && cp -a /bin /etc /home /lib* /root /run /sbin /srv /tmp /usr /var /app /out/base/ \
 && for mounted in etc/hosts etc/hostname etc/resolv.conf; do : >"/out/base/$mounted"; done \
 && find /out -exec touch --no-dereference --date="@${SOURCE_DATE_EPOCH}" {} +

FROM scratch
ARG VERSION=1.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="user-registration" \
      org.opencontainers.image.description="Self-hosted user registration: api, mailer-worker and command line" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# Everything belongs to root and is read by a user who cannot change it; nothing is written at run time.
COPY --from=dated /out/base /
COPY --from=dated /out/modules /app
COPY --from=dated /out/app /app
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    NODE_ENV=production \
    API_HOST=0.0.0.0 \
    APP_VERSION=${VERSION}
WORKDIR /app
USER 1000:1000
EXPOSE 8000 8001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["node", "healthcheck.mjs"]
# Node itself is process 1: it handles SIGTERM, and starts no children that would need reaping.
ENTRYPOINT ["node"]
CMD ["dist/apps/api/src/main.js"]
