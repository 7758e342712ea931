# syntax=docker/dockerfile:1
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
COPY internal/nomattn internal/nomattn
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -tags=nomsgpack -ldflags='-s -w' -o /omniconnector ./cmd/omniconnector \
 && mkdir /data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /omniconnector /omniconnector
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
ENV OMNI_DATA=/data OMNI_LISTEN=0.0.0.0:8080
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["/omniconnector", "health"]
ENTRYPOINT ["/omniconnector"]
CMD ["serve"]
