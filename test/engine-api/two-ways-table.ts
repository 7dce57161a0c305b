// What is typed in two equal worlds: to our docker client inside one, and to the real client that is connected to the other. Each list is a
// session of its own, from a fresh world.
//
// Not here: what our client refuses because it is not modelled, and what tells of the client's plugins (the list of commands, buildx): those
// are a matter of what is installed beside a client, not of the client.

const lines = (text: string): readonly string[] => text.split('\n').map(line => line.trim()).filter(line => line !== '');

export const sessions: Readonly<Record<string, readonly string[]>> = {
	'images': lines(`
		docker images
		docker pull busybox
		docker pull busybox:latest
		docker pull -q alpine:3.20
		docker pull nosuch
		docker pull busybox:nosuchtag
		docker pull UPPER
		docker images
		docker images -q
		docker images --no-trunc
		docker images --digests
		docker images busybox
		docker images nosuch
		docker images 'b*'
		docker images --format '{{.Repository}}:{{.Tag}} {{.Size}}'
		docker images --format 'table {{.Repository}}\\t{{.ID}}'
		docker images --filter dangling=true
		docker images --filter nosuch=1
		docker images --filter reference='al*'
		docker image ls -a --format json
		docker tag busybox my/box:v1
		docker tag busybox my/box
		docker tag nosuch x
		docker tag busybox 'bad tag'
		docker tag busybox
		docker image inspect busybox
		docker image inspect -f '{{.Id}} {{.RepoTags}} {{.Config.Cmd}}' busybox my/box:v1
		docker image inspect nosuch
		docker inspect --type image busybox -f '{{json .RootFS}}'
		docker history busybox
		docker history --no-trunc alpine:3.20
		docker history -q busybox
		docker history -H=false busybox
		docker history --format '{{.CreatedBy}} {{.Size}}' busybox
		docker history nosuch
		docker rmi my/box
		docker rmi nosuch
		docker run --name user busybox true
		docker rmi busybox
		docker rmi -f my/box:v1 alpine:3.20
		docker image rm busybox
		docker rm user
		docker rmi busybox
		docker image prune -f
		docker image prune -af
		docker images -aq
	`),
	'a container\'s life': lines(`
		docker pull -q busybox
		docker create --name one busybox sleep 1000
		docker create --name one busybox true
		docker ps
		docker ps -a
		docker start one
		docker start one
		docker ps --format '{{.Names}} {{.Status}} {{.State}} {{.Command}} {{.Image}} {{.Ports}}'
		docker ps --no-trunc
		docker ps -q
		docker ps -s
		docker pause one
		docker pause one
		docker ps --format '{{.Status}}'
		docker exec one true
		docker unpause one
		docker unpause one
		docker rename one uno
		docker rename nosuch x
		docker rename uno
		docker update --memory 64m --memory-swap 128m uno
		docker update --cpus 0.5 --restart always uno
		docker update --restart no uno
		docker update uno
		docker inspect -f '{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.RestartPolicy.Name}}' uno
		docker restart -t 1 uno
		docker stop -t 2 uno
		docker stop uno
		docker ps -a --format '{{.Names}} {{.Status}}'
		docker start uno
		docker kill uno
		docker wait uno
		docker rm uno
		docker rm uno
		docker run -d --name two busybox sleep 1000
		docker rm two
		docker rm -f two nosuch
		docker run --rm busybox echo hello
		docker run --rm busybox sh -c 'echo out; echo err >&2; exit 7'
		docker run --rm busybox nosuchcmd
		docker run --rm busybox /etc/passwd
		docker run --name three --entrypoint /bin/echo busybox hello there
		docker run --rm -e A=1 -e B busybox env
		docker run --rm -w /tmp -u 1000:1000 busybox sh -c 'pwd; id'
		docker run --rm --hostname box busybox hostname
		docker run --rm --read-only busybox touch /x
		docker run --rm -m 4m busybox true
		docker run --rm -m 64m busybox cat /sys/fs/cgroup/memory.max
		docker run --rm --cpus 1.5 busybox cat /sys/fs/cgroup/cpu.max
		docker run --rm --pids-limit 5 busybox cat /sys/fs/cgroup/pids.max
		docker run --rm --tmpfs /t busybox sh -c 'mount | grep /t'
		docker run --rm --init busybox ps
		docker run --rm --label a=b --label c=d busybox true
		docker run --rm --cap-drop ALL busybox chown 1 /etc
		docker run --rm --privileged busybox id -u
		docker run -d --name four --restart on-failure:2 busybox sh -c 'sleep 1; exit 3'
		docker wait four
		docker inspect -f '{{.State.Status}} {{.State.ExitCode}} {{.RestartCount}}' four
		docker run -d --name five --stop-signal INT --stop-timeout 1 busybox sh -c 'trap "echo bye; exit 5" INT; while :; do sleep 1; done'
		docker stop five
		docker logs five
		docker ps -a --filter status=exited --format '{{.Names}}'
		docker ps -a --filter name=f -q --no-trunc
		docker ps -a --filter exited=5 --format '{{.Names}}'
		docker ps -n 2 --format '{{.Names}}'
		docker ps -l --format '{{.Names}}'
		docker ps --filter nosuch=1
		docker container prune -f
		docker container prune -f --filter label=x
		docker wait nosuch
		docker kill nosuch
		docker stop nosuch
		docker run --name 'bad name' busybox
		docker run --name x busybox
		docker run -d --name job busybox sh -c 'sleep 2; exit 9'
		docker wait job
		docker attach job
		docker kill -s NOSUCH job
	`),
	'input and commands inside': lines(`
		docker pull -q busybox
		docker run -d --name c1 busybox sh -c 'while :; do sleep 1; done'
		docker exec c1 echo hi
		docker exec c1 sh -c 'echo out; echo err >&2; exit 3'
		echo data | docker exec -i c1 cat
		printf 'a\\nb\\nc\\n' | docker exec -i c1 wc -l
		seq 1 20000 | docker exec -i c1 tail -n 1
		docker exec -i c1 cat < /dev/null
		docker exec c1 cat
		docker exec -e X=5 -w /tmp c1 sh -c 'echo $X; pwd'
		docker exec -u 1000 c1 id -u
		docker exec -u nobody c1 id -un
		docker exec -u nosuch c1 id
		docker exec c1 nosuch
		docker exec -w /nosuch c1 ls
		docker exec -d c1 touch /made
		docker exec c1 ls /made
		docker exec nosuch ls
		docker exec c1
		docker exec -it c1 sh
		docker exec -t c1 tty
		docker exec -t c1 sh -c 'echo a; echo b'
		echo hello | docker run -i --rm busybox cat
		echo hello | docker run --rm busybox cat
		printf 'one\\ntwo\\n' | docker run -i --rm busybox sh -c 'read a; read b; echo "$b $a"'
		seq 1 50000 | docker run -i --rm busybox md5sum
		docker run --rm -t busybox sh -c 'echo a; stty size'
		docker run -it --rm busybox sh
		docker run --rm -a stderr busybox sh -c 'echo out; echo err >&2'
		docker run -d --name c2 -i busybox head -n 1
		echo through | docker attach c2
		docker logs c2
		docker create --name c3 -i busybox sort
		printf 'z\\ny\\n' | docker start -ai c3
		docker top c1 -o comm
		docker top c1 -o pid,comm
		docker top c1 -o nosuch
		docker top c2
		docker exec c1 sh -c 'echo x > /new; rm -rf /home; chmod 700 /tmp'
		docker diff c1
		docker diff nosuch
		docker exec c1 seq 1 30000 | tail -n 2
		docker exec c1 sh -c 'kill -9 $$'
		docker run --rm busybox sh -c 'kill -9 $$'
		docker exec c1 sh -c 'exit 300'
		docker run -d --rm --name gone busybox true
		docker exec gone true
	`),
	'logs and events': lines(`
		docker pull -q busybox
		docker run --name talk busybox sh -c 'for i in 1 2 3 4 5; do echo line $i; sleep 1; done; echo oops >&2'
		docker logs talk
		docker logs talk 2>/dev/null
		docker logs -n 2 talk
		docker logs --tail 0 talk
		docker logs --tail all talk | wc -l
		docker logs -t talk
		docker logs -f talk
		docker logs --since 2026-09-01T00:00:00Z --until 2026-09-01T08:00:07Z talk
		docker logs --until 2026-09-01T08:00:00 talk
		docker logs --since nonsense talk
		docker logs --details talk
		docker logs nosuch
		docker logs
		docker run -d --name late busybox sh -c 'sleep 1; echo a; sleep 1; echo b'
		docker logs -f late
		docker run --log-driver none --name quiet busybox echo x
		docker logs quiet
		docker run --log-driver nosuch busybox true
		docker events --since 2026-09-01T08:00:00Z --until 2026-09-01T08:00:03Z
		docker events --since 2026-09-01T08:00:00Z --until 2026-09-01T08:00:20Z --format '{{.Type}} {{.Action}} {{index .Actor.Attributes "name"}}'
		docker events --since 0 --until 2026-09-01T08:00:20Z --filter event=die --format '{{.Action}} {{.Actor.Attributes.exitCode}}'
		docker events --since 0 --until 2026-09-01T08:00:20Z --filter container=talk --filter type=container --format '{{.Status}}'
		docker events --since 0 --until 2026-09-01T08:00:20Z --format json | wc -l
		docker events --since bad
		docker events --filter nosuch=1 --since 0 --until 1
		docker stats --no-stream --format '{{.Name}} {{.PIDs}} {{.NetIO}} {{.BlockIO}}'
		docker run -d --name busy -m 64m busybox sleep 1000
		docker stats --no-stream --format '{{.Name}} {{.MemUsage}} {{.MemPerc}} {{.PIDs}} {{.BlockIO}}' busy
		docker stats --no-stream nosuch
		docker stats --no-stream --all --format '{{.Name}}'
		docker stats --no-stream busy
	`),
	'networks': lines(`
		docker pull -q busybox
		docker network ls
		docker network ls -q --no-trunc
		docker network create app
		docker network create app
		docker network create --subnet 10.5.0.0/24 --gateway 10.5.0.1 --label k=v five
		docker network create --subnet 10.5.0.0/16 overlap
		docker network create --subnet nonsense bad
		docker network create -d nosuch x
		docker network ls --format '{{.Name}} {{.Driver}} {{.Scope}}'
		docker network ls --filter name=app
		docker network ls --filter nosuch=1
		docker network inspect five
		docker network inspect -f '{{range .IPAM.Config}}{{.Subnet}}{{end}}' app bridge
		docker network inspect nosuch
		docker run -d --name web --network app --network-alias www -p 8080:80 busybox sleep 1000
		docker run -d --name db --network app busybox sleep 1000
		docker run -d --name taken -p 8080:80 busybox sleep 1
		docker run --rm --network nosuch busybox true
		docker run --rm --network none busybox ip addr
		docker run --rm --network container:web busybox hostname -i
		docker run --rm --network host busybox hostname
		docker port web
		docker port web 80
		docker port web 81
		docker port nosuch
		docker ps --format '{{.Names}} {{.Ports}}'
		docker exec db ping -c 1 web
		docker exec db nslookup www
		docker exec db ip route
		docker network connect five db
		docker network connect five db
		docker network connect --ip 10.5.0.77 five web
		docker network connect nosuch db
		docker network inspect -f '{{range .Containers}}{{.Name}} {{.IPv4Address}} {{end}}' five
		docker inspect -f '{{range $k, $v := .NetworkSettings.Networks}}{{$k}}={{$v.IPAddress}} {{end}}' web
		docker network disconnect five db
		docker network disconnect five db
		docker network rm app
		docker network rm bridge
		docker network rm nosuch
		docker rm -f web db taken
		docker network rm app
		docker network prune -f
		docker network ls -q | wc -l
		docker network
		docker network nosuch
	`),
	'volumes and files': lines(`
		docker pull -q busybox
		docker volume ls
		docker volume create data
		docker volume create data
		docker volume create
		docker volume create --label a=b --name named
		docker volume create -d nosuch x
		docker volume create 'bad name'
		docker volume ls --format '{{.Name}} {{.Driver}}' | grep -v '^[0-9a-f]*  *local$' | grep -E '^(data|named)'
		docker volume ls -q --filter name=data
		docker volume ls --filter dangling=true -q | wc -l
		docker volume inspect data
		docker volume inspect -f '{{.Mountpoint}}' data
		docker volume inspect nosuch
		docker run --rm -v data:/d busybox sh -c 'echo kept > /d/f'
		docker run --rm -v data:/d:ro busybox sh -c 'cat /d/f; touch /d/g'
		docker run -d --name holder --mount type=volume,src=data,dst=/x busybox sleep 1000
		docker inspect -f '{{json .Mounts}}' holder
		docker volume rm data
		docker volume rm nosuch
		docker run -d --name anon -v /anon busybox sleep 1000
		docker rm -fv anon
		docker volume prune -f
		docker volume prune -af
		mkdir -p tree/sub; echo one > tree/a; echo two > tree/sub/b; ln -s a tree/link; chmod 640 tree/a
		docker cp tree holder:/tmp/
		docker exec holder find /tmp/tree
		docker exec holder stat -c '%a %s %F' /tmp/tree/a /tmp/tree/link /tmp/tree/sub
		docker cp tree/a holder:/tmp/renamed
		docker cp tree/. holder:/tmp/flat
		docker cp tree/a holder:/nosuch/ 2>&1 | grep -v level=error
		docker cp nosuch holder:/tmp
		docker cp holder:/tmp/tree back; cat back/sub/b; ls back
		docker cp holder:/tmp/renamed -  | tar t
		docker cp holder:/etc/passwd passwd; head -n 1 passwd
		docker cp holder:/nosuch .
		docker cp nosuch:/x .
		docker cp holder:/etc/passwd nosuchdir/sub/x
		docker cp holder:/etc/passwd tree/; ls tree
		docker cp holder:/etc/passwd ./tree/sub/../there; ls tree
		docker cp a b
		docker cp holder:/a holder:/b
		tar c tree | docker cp - holder:/root; docker exec holder ls /root/tree
		docker cp -q tree/a holder:/tmp/quiet
		docker cp -a holder:/tmp/tree again; ls again
		docker cp -L holder:/tmp/tree/link followed; cat followed
		mkdir into; docker cp -L holder:/tmp/tree/link into; ls into; cat into/link
		docker cp holder:/tmp/tree/link linked; readlink linked
		docker cp -L tree/link holder:/tmp/file; docker exec holder cat /tmp/file
		docker exec holder ln -s /tmp/tree /tmp/way; docker cp -L holder:/tmp/way way; ls way
		docker exec holder ln -s nowhere /tmp/broken; docker cp -L holder:/tmp/broken .
		docker exec holder sh -c 'df -P /x | wc -l'
		docker rm -f holder
		docker volume rm data named
	`),
	'builds': lines(`
		docker pull -q busybox
		mkdir -p app; printf 'FROM busybox\\nARG WHO=world\\nENV GREETING=hello\\nWORKDIR /app\\nCOPY greet.sh .\\nRUN echo "built for $WHO" > who\\nLABEL kind=test\\nEXPOSE 80\\nCMD ["sh", "greet.sh"]\\n' > app/Dockerfile; printf 'echo $GREETING; cat who\\n' > app/greet.sh
		DOCKER_BUILDKIT=0 docker build -t greet app
		DOCKER_BUILDKIT=0 docker build -t greet app
		docker run --rm greet
		DOCKER_BUILDKIT=0 docker build --build-arg WHO=you -t greet:you app
		docker run --rm greet:you
		DOCKER_BUILDKIT=0 docker build --build-arg NOSUCH=1 -q app
		DOCKER_BUILDKIT=0 docker build --no-cache -q -t fresh app
		DOCKER_BUILDKIT=0 docker build --label a=b --target nosuch app
		DOCKER_BUILDKIT=0 docker build -f app/nosuch app
		DOCKER_BUILDKIT=0 docker build nosuch
		DOCKER_BUILDKIT=0 docker build
		printf 'FROM busybox\\nRUN exit 4\\n' | DOCKER_BUILDKIT=0 docker build -
		printf 'FROM busybox\\nCOPY nosuch /\\n' | DOCKER_BUILDKIT=0 docker build -
		printf 'FROM nosuch\\n' | DOCKER_BUILDKIT=0 docker build -
		printf 'FRM busybox\\n' | DOCKER_BUILDKIT=0 docker build -
		printf '' | DOCKER_BUILDKIT=0 docker build -
		printf 'FROM busybox AS base\\nRUN echo x > /x\\nFROM busybox\\nCOPY --from=base /x /y\\nENTRYPOINT ["cat"]\\nCMD ["/y"]\\n' > Multi; DOCKER_BUILDKIT=0 docker build -f Multi -t multi .
		docker run --rm multi
		docker history --format '{{.CreatedBy}}' greet
		docker inspect -f '{{json .Config}}' greet
		docker images --format '{{.Repository}}:{{.Tag}}' | sort
		mkdir -p ign; printf 'secret\\n' > ign/.dockerignore; touch ign/secret ign/open; printf 'FROM busybox\\nCOPY . /c\\nRUN ls -A /c\\n' > ign/Dockerfile; DOCKER_BUILDKIT=0 docker build --no-cache ign
		docker run --name base busybox sh -c 'echo more > /more'
		docker commit -m note -a me base committed
		docker commit --change 'CMD ["cat", "/more"]' base committed:two
		docker run --rm committed:two
		docker commit nosuch
		docker history committed --format '{{.Comment}}|{{.CreatedBy}}'
		docker image prune -f | tail -n 1
	`),
	'archives': lines(`
		docker pull -q busybox
		docker tag busybox copy:1
		docker save busybox | tar t | sort
		docker save -o both.tar busybox copy:1; tar tf both.tar | wc -l
		docker rmi busybox copy:1
		docker load -i both.tar
		docker load < both.tar
		docker load -qi both.tar
		docker save nosuch
		docker save
		printf garbage | docker load
		docker load -i nosuch.tar
		docker run --name src busybox sh -c 'echo payload > /payload'
		docker export src | tar t | sort | head -n 20
		docker export -o fs.tar src
		docker import fs.tar flat:1
		docker import --change 'CMD ["cat","/payload"]' --message imported fs.tar flat:2
		docker run --rm flat:2
		docker run --rm flat:1
		cat fs.tar | docker import - piped
		docker import nosuch.tar
		docker export nosuch
		docker history flat:2 --format '{{.Comment}}'
		docker save busybox copy:1 | docker load
	`),
	'errors, usage, versions': lines(`
		docker nosuch
		docker --nosuch
		docker ps --nosuch
		docker run
		docker run --nosuch busybox
		docker run -m nonsense busybox
		docker run -p 99999999 busybox
		docker run -p x:y busybox
		docker run -v :/x busybox
		docker run --network a --net-alias b busybox
		docker run --rm -d
		docker pull
		docker pull a b
		docker rm
		docker inspect
		docker exec
		docker logs a b
		docker tag a
		docker volume create a b
		docker network connect
		docker port
		docker images a b
		docker import
		docker top
		docker ps x
		docker commit
		docker commit a b c
		docker stop
		docker container
		docker container nosuch
		docker image
		docker volume
		docker system
		docker ps --help
		docker run --help
		docker help pull
		docker network create --help
		docker -v
		docker --version
		docker version --format '{{.Server.Version}} {{.Server.APIVersion}} {{.Server.MinAPIVersion}}'
		docker version --format '{{.Client.Version}} {{.Client.APIVersion}}'
		docker version --format '{{json .Server}}'
		docker version
		docker version --format '{{.Nosuch}}'
		docker version --format '{{.Server}}'
		docker version --format '{{.Server.Os}} {{.Server.Experimental}} {{.Server.Nosuch}}'
		docker version --format '{{.Client.Nosuch}}'
		docker version --format '{{.Bad'
		docker version --format json
		docker info --format '{{.Nosuch}}'
		docker info --format '{{.ClientInfo.Nosuch}}'
		docker info --format '{{.Name}} {{.ServerVersion}} {{.Driver}} {{.CgroupVersion}} {{.NCPU}} {{.MemTotal}} {{.Images}} {{.Containers}}'
		docker info --format '{{json .RegistryConfig}}'
		docker inspect nosuch
		docker inspect --type container nosuch
		docker inspect --type nosuch x
		docker inspect -f '{{.Bad' nosuch
		docker pull -q busybox
		docker inspect -f '{{.Nosuch}}' busybox
		docker inspect -f '{{json .}}' busybox
		docker inspect -f '{{json .Config}}' busybox
		docker inspect -f '{{.Config.Hostname}}' busybox
		docker inspect -f '{{.Config.User}}|{{.Config.Volumes}}|{{.Config.Entrypoint}}|{{.Config.Labels}}' busybox
		docker image inspect busybox
		docker inspect -f '{{.RootFS.Layers}} {{len .RepoTags}} {{.ID}}' busybox
		docker inspect -f '{{.Bad' busybox
		docker ps --format '{{.Nosuch}}'
		docker images --format '{{.Nosuch}}'
		docker run --rm busybox:nosuch true
		docker run --rm nosuch/nosuch true
		docker run -d --name a1 busybox sleep 1000
		docker run --name a1 busybox true
		docker inspect a1
		docker inspect -s -f '{{.SizeRw}}' a1
		docker inspect -f '{{json .HostConfig}}' a1
		docker inspect -f '{{.Name}} {{.Path}} {{.Args}} {{.State.Running}}' a1
		docker inspect a1 nosuch busybox -f '{{.Id}}'
		docker ps -a --format json
		docker ps --format 'table {{.ID}}\\t{{.Names}}\\t{{.Status}}'
		docker ps --format '{{json .}}'
		docker ps --format '{{.Names}} {{.Size}}'
		docker ps --format 'table {{.Names}}\\t{{json .Ports}}'
		docker ps --format '{{.Names.x}}'
		docker ps --format '{{if .Size}}sized{{end}}'
		docker ps --format '{{with .}}{{.Names}}{{end}}'
		docker ps --format '{{.Bad'
		docker ps --format '{{.Names}} {{.Nosuch}}'
		docker system df
		docker system df --format '{{.Type}} {{.TotalCount}} {{.Active}} {{.Size}} {{.Reclaimable}}'
		docker system prune -f
		docker rm -f a1
		docker system prune -af --volumes
		docker system df
	`),
};
