# A container image with the program and nothing else: no shell, no library.
# docs/operations/package.md says how to run it.
#   docker build -t atelier .
# scripts/test-container tries its contents without a Docker engine.

FROM rust:1.95-bookworm AS build
WORKDIR /build
COPY . .
RUN scripts/container-root /image && mkdir /data

FROM scratch
COPY --from=build /image /
COPY --from=build --chown=65532:65532 /data /var/lib/atelier
ENV ATELIER_LISTEN=0.0.0.0:3000
ENV ATELIER_STORE=sqlite:/var/lib/atelier/atelier.db
USER 65532:65532
WORKDIR /var/lib/atelier
VOLUME /var/lib/atelier
EXPOSE 3000
# --live and not readiness: an engine may restart an unhealthy container, which does not bring a
# database back.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["/usr/bin/atelier", "health", "--live"]
ENTRYPOINT ["/usr/bin/atelier"]
CMD ["serve"]
