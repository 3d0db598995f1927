# syntax=docker/dockerfile:1
# One image for the api, the mailer-worker and the command line; the command says which.

FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
# No install script runs: bcrypt ships its binaries, and the other scripts serve tests and tools.
RUN --mount=type=cache,target=/var/cache/npm npm ci --ignore-scripts --cache /var/cache/npm

FROM dependencies AS build
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY apps ./apps
COPY libs ./libs
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:24.21.0-bookworm-slim
ARG VERSION=1.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="user-registration" \
      org.opencontainers.image.description="Self-hosted user registration: api, mailer-worker and command line" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production \
    API_HOST=0.0.0.0 \
    APP_VERSION=${VERSION}
WORKDIR /app
# Everything belongs to root and is read by somebody who cannot change it; nothing is written at run time.
COPY package.json ./
COPY deploy/healthcheck.mjs deploy/compose/make-secrets.mjs ./
COPY db ./db
COPY --from=build /src/node_modules ./node_modules
COPY --from=build /src/dist ./dist
USER 1000:1000
EXPOSE 8000 8001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["node", "healthcheck.mjs"]
# Node itself is process 1: it handles SIGTERM, and starts no children that would want reaping.
ENTRYPOINT ["node"]
CMD ["dist/apps/api/src/main.js"]
